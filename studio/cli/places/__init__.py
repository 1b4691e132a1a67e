"""Where commands look and act: in the store of this machine (`Stored...`), or at a service (`Served...`).

One file for each noun. Both give the same JSON, so that each command shows it in one way.
"""
