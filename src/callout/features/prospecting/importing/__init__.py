"""Files of businesses brought in: read as a stream, cleaned in processes, merged in chunks, resumable."""
