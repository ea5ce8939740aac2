"""Network: the U-Net, its patches, its training and its weights."""
