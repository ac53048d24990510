"""The dialogue policy of a call, free of any framework: plain data in, plain actions out."""
