"""Volume of each phase under one coarse voxel."""

from dem.jit import njit


@njit
def count_votes(labels, k0, z_weight, j0, y_weight, i0, x_weight, votes):
    """Sum the volumes [old voxels] of the phases under a block into `votes` ((phases,) float64)."""
    for phase in range(len(votes)):
        votes[phase] = 0.0
    for dk in range(len(z_weight)):
        if z_weight[dk] == 0.0:
            continue
        for dj in range(len(y_weight)):
            across = z_weight[dk] * y_weight[dj]
            if across == 0.0:
                continue
            for di in range(len(x_weight)):
                if x_weight[di] != 0.0:
                    votes[labels[k0 + dk, j0 + dj, i0 + di]] += across * x_weight[di]
