"""The account: settings, devices, what is stored, leaving."""
