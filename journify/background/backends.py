"""Django's task API in front of the broker: whoever enqueues does not know of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task
from django_tasks.utils import normalize_json


class BrokerBackend(BaseTaskBackend):
    """Sends tasks to the broker of `QUEUE_URL`; keyword arguments only, and no results.

    Of priorities it keeps three: above the usual, the usual, below it.
    """

    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Hand a task over."""
        from journify.background import broker  # noqa: PLC0415 -- celery comes in with the first task

        self.validate_task(task)
        if args:
            raise ValueError("Tasks take keyword arguments only.")
        result_id = broker.send(task.module_path, normalize_json(kwargs), priority=task.priority)
        return TaskResult(
            task=task,
            id=result_id,
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=[],
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
