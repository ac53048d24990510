"""Live calls on Pipecat: a phone's media stream in and out, speech both ways, the brain in between.

Needs the extra `voice`.
"""
