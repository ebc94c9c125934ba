"""Which modules of `rooms.services` are about escalations, and which of their functions change nothing that
a room shows by themselves."""

# Their own file of tests: test_escalations_live.
OF_ESCALATIONS = frozenset(
    {
        "assignment",
        "clocks",
        "conclusions",
        "escalation_care",
        "escalation_changes",
        "escalation_rooms",
        "escalation_states",
        "escalations",
        "load",
        "macro_actions",
        "macros",
        "policies",
        "replies",
        "rings",
    }
)
# Parts of the changes: under a lock that somebody else holds, or of rows that rooms do not show.
PARTS = frozenset(
    {
        *("locked", "refuse_unless", "record", "store", "notify", "tell", "give"),
        *("target_room_for", "let_work", "rooms_before", "bring_in", "take_out"),
        *("profile_of", "take", "release", "customer_of", "level_above", "words"),
        *("start", "solve", "stop", "reopen", "hear", "clocks_of", "save", "iso", "ask_for_rings"),
        *(
            "policy_for",
            "add_version",
            "create_policy",
            "change_policy",
            "save_calendar",
            "publish_calendar",
        ),
        *("problems_with", "add_reply", "change_reply", "delete_reply", "fill_canned", "run_macro"),
        *("schedule_of", "watch", "unwatch", "change_profile", "welcome_agents", "plan_rings"),
    }
)
