"""Translation: messages are written in English in the code and translated by gettext catalogues."""
