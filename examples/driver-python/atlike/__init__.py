"""A queue on this machine, in the manner of at(1) and batch(1): so many slots, jobs in their order, and, where a job says so, not before a time.

    spool.py    the folder in which everything is written down; whoever wants something leaves a note there, whoever wants to know reads
    daemon.py   runs the tasks; outlives the driver, and ends when there has been nothing to do for a while
    task.py     one task: its files, its process, its end
    driver.py   the host's side: writes what is wanted into the spool, and tells what became of it
    wanted.py   the job as the spool keeps it
    news.py     statuses, and the stream of events
    results.py  what a task left, without ever leaving its folder
"""
