from uuid import UUID

from celery import shared_task

from core.notify import services


@shared_task
def message_send(message_id: str) -> None:
    services.message_send(UUID(message_id))


@shared_task
def messages_sweep() -> int:
    """Pick up what a lost broker message or a failed attempt left. Returns how many."""
    due = services.messages_due()
    for message_id in due:
        services.message_send(message_id)
    return len(due)
