"""What chapters 4 and 6 compare: training runs under changed settings, their plan and outcome."""
