"""Messages in the language of whoever asks: English as the code has it, the others by gettext catalogues."""
