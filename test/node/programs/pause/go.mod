module sportstix.test/pause

go 1.22
