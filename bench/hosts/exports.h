/*
 * The exports that the workloads need, with their numbers of arguments: one line an export, for a
 * host that links a module instead of loading it. `X` is to be defined by whoever includes this.
 */
X(init, 1)
X(pairs, 2)
X(stacks, 3)
X(fill, 1)
X(shuffle, 0)
X(drain, 1)
X(mix, 3)
X(mix_rise, 2)
X(mix_drop, 1)
