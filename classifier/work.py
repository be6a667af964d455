"""The kinds of work of this app, what does each, and what becomes of it when its worker dies."""

from classifier.models import Arc, Classification, Explanation, TryOut
from journify.background import jobs

jobs.register(
    jobs.Kind(
        model=Classification,
        work="classifier.serving.listening.classify",
        interrupted="classifier.queue.rows.classification_interrupted",
    ),
    jobs.Kind(model=Explanation, work="classifier.serving.explaining.draw_explanation"),
    jobs.Kind(model=Arc, work="classifier.serving.whole.hear_whole"),
    jobs.Kind(model=TryOut, work="classifier.files.tryouts.hear_tryout"),
)
