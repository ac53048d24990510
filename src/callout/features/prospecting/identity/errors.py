"""Refusals of identity."""

from callout.kit.errors import Conflict


class AlreadyMerged(Conflict):
    """The row stands for nothing by itself any more; members: `duplicate_of`."""

    code = "already_merged"
    title = "Already merged"
    default_detail = "This business was merged into another one. Change that one, or undo the merge first."


class ChangedSinceMerge(Conflict):
    """Undoing would lose what happened since; members: `changed` [{business_id, fields}]."""

    code = "changed_since_merge"
    title = "Changed since the merge"
    default_detail = "A merged business was changed since. Undo that change first, or leave the merge as it is."


class AlreadyUndone(Conflict):
    """A merge is undone once."""

    code = "already_undone"
    title = "Already undone"
    default_detail = "This merge was undone already."


class AlreadyDecided(Conflict):
    """Only open suggestions can be dismissed."""

    code = "already_decided"
    title = "Already decided"
    default_detail = "The two businesses of this suggestion were merged already."
