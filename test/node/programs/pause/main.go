// Command pause is the process of a pod's sandbox: it holds the pod's namespaces until it is told to stop.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// Apart from each other: a signal for which a channel has no room is lost.
	stop, childEnded := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	signal.Notify(childEnded, syscall.SIGCHLD)
	for {
		select {
		case <-stop:
			return
		case <-childEnded:
			reap()
		}
	}
}

// reap frees what has ended: in a shared PID namespace, processes whose parents have ended become its children.
func reap() {
	for {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
			return
		}
	}
}
