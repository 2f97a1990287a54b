"""A neural network of one small hidden layer.

Fitted by L-BFGS, which needs neither a learning rate nor batches for some hundred rows. Columns must be on one scale.
Classes are not weighted (the estimator has no such argument); the evaluation chooses the threshold.
"""

from __future__ import annotations

from sklearn.neural_network import MLPClassifier

from radiobone.models.family import ModelFamily


def make(seed: int) -> MLPClassifier:
    """Return a network of eight hidden units; the seed draws where its weights begin."""
    return MLPClassifier(
        hidden_layer_sizes=(8,), activation="tanh", solver="lbfgs", max_iter=5000, max_fun=50_000,
        random_state=seed,
    )  # fmt: skip


MLP = ModelFamily("mlp", "Neural network (one hidden layer)", make, {"alpha": [0.1, 1.0, 10.0]})
