"""Requests and responses: helpers, middleware, error pages, ranges."""
