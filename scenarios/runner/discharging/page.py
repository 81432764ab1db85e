def is_cell(path):
    return False
