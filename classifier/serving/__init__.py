"""Models at work: loading, listening, results, explanations."""
