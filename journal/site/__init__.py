"""What every page shares: middleware, dates, time zones, widgets."""
