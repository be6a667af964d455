"""Measure trained networks on the clips that their folds kept apart.

    manage.py evaluate resnet18_bilstm --data data/4q
    manage.py evaluate --all                              (what shipped, as it was measured)
    manage.py evaluate resnet18_bilstm --shipped --data my-songs

Writes metrics.json, confusion.svg and reliability.svg into each run's folder, and prints the
networks side by side with the thesis's and the published numbers.
"""

from classifier.management.ml_commands import MlCommand


class Command(MlCommand):
    declares = "ml.evaluation.evaluate.add_evaluation_arguments"
    runs = "ml.evaluation.evaluate.run_evaluation"
