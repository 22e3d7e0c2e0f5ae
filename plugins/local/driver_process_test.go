package main

func driverProcess([]string) int { return 0 }
