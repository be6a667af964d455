from __future__ import annotations

import torch

# The networks of the tests are small: threads would spend their time waiting for each other.
torch.set_num_threads(1)
