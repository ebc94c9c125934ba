"""Bringing old conversations along: readers of other systems' records. Nothing here writes to ours.

source ─▶ tables or export ─▶ records ─▶ staging (order, neighbours) ─▶ services/legacy_*.py
"""
