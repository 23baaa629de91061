"""NCANode: computes signatures of Kazakhstan's national certification centre."""

from compliance.registries.ncanode.client import NcaNode, SigningKey, ncanode, signing_key
from compliance.registries.ncanode.parse import NodeTrouble, Trouble

__all__ = ["NcaNode", "NodeTrouble", "SigningKey", "Trouble", "ncanode", "signing_key"]
