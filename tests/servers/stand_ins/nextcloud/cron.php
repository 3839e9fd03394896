<?php require __DIR__ . "/store.php"; $store = load(); $store["cron"] = time(); save($store);
