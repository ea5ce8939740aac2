"""What class maps of many dates tell: how long soil lies bare, and how open pits grow."""
