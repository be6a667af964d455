"""An import's file leaves storage with its row; listened songs follow what is said of them."""

from classifier.emotions import changes
from journal.listening.emotions import follow_said, follow_taught
from journal.listening.models import ListeningImport
from journify.files import forget_with_rows

changes.said.connect(follow_said)
changes.taught.connect(follow_taught)
forget_with_rows(ListeningImport, "file")
