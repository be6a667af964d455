"""Measure what a listener's own labels teach (`ml.personal`), on ratings of any folder of clips.

    manage.py evaluate_personal --ratings ratings.csv --data clips
    manage.py evaluate_personal --ratings genres.csv --data data/emotify --run runs/resnet18_bilstm

The table has the columns `rater,file,emotion` or `rater,file,valence,arousal`. Prints agreement
with held-out labels after 0, 5, 10, 20 and 50 labels, without the personal layer and with it. What
the network said of a clip is kept in `runs/heard`.
"""

from classifier.management.ml_commands import MlCommand


class Command(MlCommand):
    declares = "ml.evaluation.raters.add_rating_arguments"
    runs = "ml.evaluation.raters.evaluate_raters"
