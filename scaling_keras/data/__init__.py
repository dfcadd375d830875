"""Data sets that need no download, behind one small interface."""
