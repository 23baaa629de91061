"""A brand's file of groups: checked as a whole, and nobody is moved before the brand has seen what
it would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.domain.codes import canonical
from campaigns.domain.group_table import GroupTable, RowSaid, group_table_read
from campaigns.models import Campaign, Participation, PromoCode
from campaigns.selectors.groups import open_groups
from campaigns.services.groups import Moved, group_move
from core import clock
from core.cells import TableError
from core.file_refusals import file_wrong, table_wrong
from core.tables import ColumnsMissing, RowFault
from core.tenancy.context import acting_as

State = Participation.State
TOO_LARGE = gettext_lazy("The file is too large: at most 2,000 rows and 2 MB.")
REFUSALS = {"too_large": TOO_LARGE, "too_many_rows": TOO_LARGE}


class Move(NamedTuple):
    """Whom (a participation's public id), and into which group (its public id; None: out)."""

    participation: UUID
    group: UUID | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file would change. Only one without a fault may be applied."""

    moves: tuple[Move, ...]
    faults: tuple[RowFault, ...]


def group_file_check(*, campaign: Campaign, raw: bytes) -> Checked:
    """Read a file and judge each row as if it were applied now; whoever is there already, or is out
    and named without a group, is no change.

    Raises:
        Invalid: a file of which nothing can be read.
    """
    try:
        table = group_table_read(raw, now=clock.now())
    except ColumnsMissing:
        raise file_wrong(
            _("The file needs a column “Group”, and one of participation ids or of promo codes.")
        ) from None
    except TableError as error:
        raise table_wrong(error, REFUSALS) from None
    return _judged(campaign, table)


def _judged(campaign: Campaign, table: GroupTable) -> Checked:
    people = _people(campaign, table.rows)
    groups = {each.name.casefold(): each for each in open_groups(campaign)}
    faults, wanted = list(table.faults), dict[int, tuple[RowSaid, Move | None]]()
    for said in table.rows:
        person, group = people.get(said.person), groups.get(said.group.casefold())
        code = _fault(said, person, is_known=group is not None or not said.group)
        if person is None or code:
            text = said.group if code == "no_such_group" else said.person
            faults.append(RowFault(said.row, table.group_column, code, text[:60]))
            continue
        is_there = person.group_id == (group.pk if group else None)
        is_change = person.state == State.APPROVED and not is_there
        move = Move(person.public_id, group.public_id if group else None)
        earlier = wanted.setdefault(person.pk, (said, move if is_change else None))
        if earlier[0].group.casefold() != said.group.casefold():
            faults.append(RowFault(said.row, table.group_column, "twice", said.person[:60]))
    moves = [move for _said, move in wanted.values() if move is not None]
    return Checked(tuple(moves), tuple(sorted(faults)))


def _fault(said: RowSaid, person: Participation | None, *, is_known: bool) -> str:
    """Why a row cannot be; "" when it can."""
    if person is None:
        return "nobody"
    if not is_known:
        return "no_such_group"
    return "not_in" if said.group and person.state != State.APPROVED else ""


def _people(campaign: Campaign, rows: Sequence[RowSaid]) -> dict[str, Participation]:
    """{as a row names them: their participation in this campaign}. Two queries."""
    ids = {row.participation for row in rows if row.participation is not None}
    typed = {row.code: canonical(row.code) for row in rows if row.participation is None}
    known = Participation.objects.filter(campaign=campaign, public_id__in=ids)
    codes = PromoCode.objects.filter(
        campaign=campaign, canonical__in=set(typed.values()), state=PromoCode.State.ACTIVE
    ).select_related("participation")
    by_code = {each.canonical: each.participation for each in codes if each.participation}
    found = {str(each.public_id): each for each in known}
    return found | {text: by_code[code] for text, code in typed.items() if code in by_code}


def group_file_apply(*, campaign: Campaign, moves: Collection[Move]) -> Moved:
    """Do what was checked. Whoever is out by now is named as not moved; a group that has ended
    makes it nothing at all.

    Raises:
        NotFound: one of the groups has ended meanwhile.
        CampaignConflict: the campaign is closed.
    """
    with acting_as(system="groups of a campaign by file"):
        groups = {each.public_id: each.pk for each in open_groups(campaign)}
        people = Participation.objects.filter(
            campaign=campaign, public_id__in=[each.participation for each in moves]
        )
        keys = dict(people.values_list("public_id", "pk"))
        targets: dict[UUID | None, list[int]] = defaultdict(list)
        for move in moves:
            if move.participation in keys:
                targets[move.group].append(keys[move.participation])
        total = Moved()
        for group, ids in targets.items():
            moved = group_move(
                campaign_id=campaign.pk,
                participation_ids=ids,
                group_id=None if group is None else groups.get(group, 0),
            )
            total.done += moved.done
            total.refused += moved.refused
            total.cut_from = max(filter(None, (total.cut_from, moved.cut_from)), default=None)
    return total
