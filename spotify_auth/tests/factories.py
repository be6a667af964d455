from __future__ import annotations

import factory

from spotify_auth.models import User


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"listener{n}")
    password = factory.django.Password("a-good-password")
