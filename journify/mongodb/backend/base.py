"""MongoDB's own backend for Django, with unique indexes that its server also searches by."""

from typing import Any

from bson import Int64
from django.db.models import Field, Model
from django_mongodb_backend.base import DatabaseWrapper as MongoWrapper
from django_mongodb_backend.schema import DatabaseSchemaEditor as MongoEditor
from pymongo import IndexModel

# The same rows in words that the server's planner understands: texts compare to texts only,
# numbers to numbers.
ANY_OF_TYPE = {"string": {"$gte": ""}, "long": {"$gte": Int64(-(2**63))}}


class SchemaEditor(MongoEditor):
    """Makes unique indexes that are partial only where null may come twice.

    The backend limits every unique index to values of the column's type, so that null may come
    twice, as in SQL. MongoDB searches by such an index only if the query repeats that condition,
    which none does: each look-up by key, by name or by session would read the whole collection.
    (`isSubsetOf` in the server's src/mongo/db/matcher/expression_algo.cpp)
    """

    def add_index(
        self,
        model: type[Model],
        index: Any,
        *,
        field: Field[Any, Any] | None = None,
        unique: bool = False,
        **place: Any,
    ) -> None:
        if not unique or place.get("parent_model"):
            super().add_index(model, index, field=field, unique=unique, **place)
            return
        made = index.get_pymongo_index_model(
            model, schema_editor=self, field=field, unique=True, column_prefix=""
        )
        fields = [field] if field else [model._meta.get_field(name) for name in index.fields]
        self.get_collection(model._meta.db_table).create_indexes([_searchable(made, fields)])


def _searchable(index: IndexModel, fields: list[Any]) -> IndexModel:
    """Take the conditions off a unique index that keep queries from using it."""
    document = index.document
    conditions = document.pop("partialFilterExpression", {})
    for field in fields:
        condition = conditions.get(field.column, {})
        if not field.null:
            condition.pop("$type", None)
        elif condition.get("$type") in ANY_OF_TYPE:
            condition |= ANY_OF_TYPE[condition.pop("$type")]
    left = {column: condition for column, condition in conditions.items() if condition}
    if left:
        document["partialFilterExpression"] = left
    return IndexModel(list(document.pop("key").items()), **document)


class DatabaseWrapper(MongoWrapper):
    SchemaEditorClass = SchemaEditor
