"""Files of audio: uploads, try-outs, formats, playback, decoding."""
