"""What stops Callout from running and can be mended by whoever runs it."""


class RunError(RuntimeError):
    """The message says what is wrong and what to do; the command line shows it without a traceback."""
