"""Train one of the networks on a folder of labelled clips.

    manage.py train resnet18_bilstm --data data/4q --folds 0-1
    manage.py train resnet18_bilstm --data my-songs --folds all
    manage.py train resnet18_bilstm --data data/4q --folds 0-9 --resume

The folder holds a labels.csv with the columns file, emotion and, if wanted, group (what must not
be split between training and test, such as the artist). See docs/training.md.
"""

from classifier.management.ml_commands import MlCommand


class Command(MlCommand):
    declares = "ml.training.train.add_training_arguments"
    runs = "ml.training.train.run_training"
