not hcl at all }
