<?php require __DIR__ . "/store.php"; $store = load(); $store["apps"]["core"]["lastcron"] = (string) time(); save($store);
