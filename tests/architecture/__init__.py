"""Rules of the house that no type and no import contract can hold."""
