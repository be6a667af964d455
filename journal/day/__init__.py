"""A day: its page of phrases, cards, and the sentence that says what happened."""
