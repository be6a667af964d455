from pymongo.errors import ConnectionFailure


def is_away(error: BaseException) -> bool:
    """Say whether the server could not be reached: the backend has no error of its own for that."""
    return isinstance(error, ConnectionFailure) or isinstance(error.__cause__, ConnectionFailure)
