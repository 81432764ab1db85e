"""Block-tridiagonal elimination along a column: three unknowns a volume, exact."""

from dem.jit import leaf, njit


@leaf
def _times(off, a, b, c):
    """The product of a coupling to a neighbour (its five entries) with that one's unknowns."""
    return off[0] * a + off[1] * b, off[2] * a + off[3] * b, off[4] * c


@njit
def factor_column(p, diagonal, lower, upper, inverse):
    """Invert a column's pivots: (p, n, 3, 3), each block less what the volumes before it take."""
    n = diagonal.shape[1]
    for z in range(n):
        a, b, c = diagonal[p, z, 0, 0], diagonal[p, z, 0, 1], diagonal[p, z, 0, 2]
        d, e, f = diagonal[p, z, 1, 0], diagonal[p, z, 1, 1], diagonal[p, z, 1, 2]
        g, h, k = diagonal[p, z, 2, 0], diagonal[p, z, 2, 1], diagonal[p, z, 2, 2]
        if z > 0:
            up, low, m = upper[p, z - 1], lower[p, z], inverse[p, z - 1]
            # m · up, column by column (up's third column holds the solid alone)
            u0 = m[0, 0] * up[0] + m[0, 1] * up[2]
            u1 = m[1, 0] * up[0] + m[1, 1] * up[2]
            u2 = m[2, 0] * up[0] + m[2, 1] * up[2]
            x, y, w = _times(low, u0, u1, u2)
            a, d, g = a - x, d - y, g - w
            u0 = m[0, 0] * up[1] + m[0, 1] * up[3]
            u1 = m[1, 0] * up[1] + m[1, 1] * up[3]
            u2 = m[2, 0] * up[1] + m[2, 1] * up[3]
            x, y, w = _times(low, u0, u1, u2)
            b, e, h = b - x, e - y, h - w
            x, y, w = _times(low, m[0, 2] * up[4], m[1, 2] * up[4], m[2, 2] * up[4])
            c, f, k = c - x, f - y, k - w
        first, second, third = e * k - f * h, f * g - d * k, d * h - e * g
        scale = 1.0 / (a * first + b * second + c * third)
        q = inverse[p, z]
        q[0, 0], q[0, 1], q[0, 2] = first * scale, (c * h - b * k) * scale, (b * f - c * e) * scale
        q[1, 0], q[1, 1], q[1, 2] = second * scale, (a * k - c * g) * scale, (c * d - a * f) * scale
        q[2, 0], q[2, 1], q[2, 2] = third * scale, (b * g - a * h) * scale, (a * e - b * d) * scale


@njit
def solve_column(p, inverse, lower, upper, right, answer):
    """Solve a factored column for right (p, n, 3) into answer; the two may be the same array."""
    n = inverse.shape[1]
    for z in range(n):
        a, b, c = right[p, z, 0], right[p, z, 1], right[p, z, 2]
        if z > 0:
            x, y, w = _times(lower[p, z], answer[p, z - 1, 0], answer[p, z - 1, 1],
                             answer[p, z - 1, 2])  # fmt: skip
            a, b, c = a - x, b - y, c - w
        q = inverse[p, z]
        answer[p, z, 0] = q[0, 0] * a + q[0, 1] * b + q[0, 2] * c
        answer[p, z, 1] = q[1, 0] * a + q[1, 1] * b + q[1, 2] * c
        answer[p, z, 2] = q[2, 0] * a + q[2, 1] * b + q[2, 2] * c
    for z in range(n - 2, -1, -1):
        x, y, w = _times(upper[p, z], answer[p, z + 1, 0], answer[p, z + 1, 1],
                         answer[p, z + 1, 2])  # fmt: skip
        q = inverse[p, z]
        answer[p, z, 0] -= q[0, 0] * x + q[0, 1] * y + q[0, 2] * w
        answer[p, z, 1] -= q[1, 0] * x + q[1, 1] * y + q[1, 2] * w
        answer[p, z, 2] -= q[2, 0] * x + q[2, 1] * y + q[2, 2] * w
