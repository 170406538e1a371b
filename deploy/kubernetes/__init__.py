"""Coachworks on Kubernetes, by kustomize: `base` is what every cluster has, `example` is one cluster's own.

The five services are alike, so their manifests in `base` are written from one template (`service.yaml`):
`python -m deploy.kubernetes` writes them anew. The gateway's and the network's are written by hand.
"""
