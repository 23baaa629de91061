from django.db import models


class DemoClock(models.Model):
    """One row: how far the demo world is ahead of the real time. Absent outside the demo."""

    offset_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="democlock_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(offset_seconds__gte=0), name="democlock_never_goes_back"
            ),
        ]

    def __str__(self) -> str:
        return f"+{self.offset_seconds} s"
