"""What this project is measured by, each a script or a part of one."""
