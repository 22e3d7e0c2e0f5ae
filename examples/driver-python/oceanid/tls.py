"""The mutual TLS of one launch."""

import os
import re

import grpc


def credentials():
    """The server's credentials from the file that OCEANID_TLS names: this side's certificate, its key, and the only certificate that a client may have."""
    with open(os.environ["OCEANID_TLS"], "rb") as f:
        found = list(re.finditer(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\n?", f.read(), re.DOTALL))
    kinds = [block.group(1).decode() for block in found]
    if kinds != ["CERTIFICATE", "PRIVATE KEY", "CERTIFICATE"]:
        raise ValueError(f"OCEANID_TLS: expected a certificate, a private key and a certificate, found {kinds}")
    own, key, host = (block.group(0) for block in found)
    return grpc.ssl_server_credentials([(key, own)], root_certificates=host, require_client_auth=True)
