"""Place new proteins on a map that exists: its points stay, whoever comes."""
