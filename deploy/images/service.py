"""What the container of a service runs: the module that the image was made for."""

import os
import runpy

runpy.run_module(os.environ["SERVICE"], run_name="__main__", alter_sys=True)
