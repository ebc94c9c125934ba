"""The steps as an escalation's page shows them: what is offered, and what was refused with its words."""

from collections.abc import Iterable
from dataclasses import dataclass

from rooms.console.offers import Offers
from rooms.console.people import Agent
from rooms.console.step_forms import Choices, StepForm
from rooms.console.steps import STEPS, SUPERVISION, Step
from rooms.models import Escalation, Macro


@dataclass(frozen=True, slots=True)
class Panel:
    """A step with its form; `is_open`: it was refused, and here is what was typed."""

    name: str
    step: Step
    form: StepForm
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Panels:
    """`buttons` ask for nothing, `forms` do; `facts` stands apart, and so does supervision."""

    facts: Panel
    buttons: list[Panel]
    forms: list[Panel]
    supervision: list[Panel]


def choices_of(offers: Offers, agents: Iterable[Agent], macros: Iterable[Macro]) -> Choices:
    """What the forms offer to choose from."""
    return {
        "user": [(str(agent.user_id), str(agent)) for agent in agents],
        "macro": [(str(macro.pk), macro.name) for macro in macros],
        "to_level": [(level, level) for level in offers.levels_above],
    }


def panels_of(offers: Offers, choices: Choices, refused: tuple[str, StepForm] | None) -> Panels:
    """What was refused is shown even where it is offered no more: its words are the agent's."""
    name, form = refused or ("", None)
    panels = {
        each: _panel(each, choices, form if each == name else None)
        for each in STEPS
        if each == name or offers.has(each)
    }
    facts = panels.pop("facts", None)
    rest = [panel for each, panel in panels.items() if each not in SUPERVISION]
    return Panels(
        facts=facts if facts and facts.is_open else _facts(offers.escalation),
        buttons=[each for each in rest if not each.step.asks],
        forms=[each for each in rest if each.step.asks],
        supervision=[panels[each] for each in SUPERVISION if each in panels],
    )


def _panel(name: str, choices: Choices, refused: StepForm | None) -> Panel:
    form = refused or STEPS[name].form(name)
    form.offer(choices)
    return Panel(name, STEPS[name], form, is_open=refused is not None)


def _facts(row: Escalation) -> Panel:
    """Priority and tags as they are; what has ended is only shown."""
    step, tags = STEPS["facts"], ", ".join(row.tags)
    form = step.form("facts", initial={"priority": row.priority, "tags": tags})
    for field in form.fields.values():
        field.disabled = not row.is_open
    return Panel("facts", step, form)
