"""The measurements of the product against what they are compared with, runnable by anyone: `make
bench`."""
