"""The REST API: FastAPI around the library, guarded by inference.limits. Nothing is stored, no photo is logged."""
